"""Kernels forked from the warm process, as jupyter_client's extension point wants them."""

from importlib.metadata import EntryPoint
from pathlib import Path

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from pipeline.kernels.process import WARM, is_warm

NAME = "forked"
STOCK = "local-provisioner"  # jupyter_client's own
LAUNCHER = "ipykernel_launcher"


class ForkedProvisioner(LocalProvisioner):
    """Local kernels that are forked instead of started anew; the rest is as it was."""

    async def launch_kernel(self, cmd: list[str], **kwargs: object) -> KernelConnectionInfo:
        """Fork an ipykernel; start any other kernel as usual.

        Parameters
        ----------
        cmd : list of str
            The command by which the kernel would be started.
        **kwargs
            `env`, `cwd` and `stderr`, a file, as for `subprocess.Popen`.
        """
        if LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = WARM.fork(
            "pipeline.kernels.child:run_kernel",
            [cmd[cmd.index(LAUNCHER) + 1 :]],
            dict(kwargs["env"]),
            Path(kwargs["cwd"]),
            Path(kwargs["stderr"].name),
        )
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info


def choose_provisioner() -> None:
    """Let kernels that name no provisioner be forked, or started as usual with KERNEL=stock."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = EntryPoint(
        NAME, f"{__name__}:ForkedProvisioner", KernelProvisionerFactory.GROUP_NAME
    )
    factory.default_provisioner_name = NAME if is_warm() else STOCK
