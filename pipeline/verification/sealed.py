"""Commands that reach no network but this machine's own."""

import shutil
import subprocess
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
UP = 'ip link set lo up && exec "$@"'


def in_namespace(command: list[str]) -> list[str] | None:
    """The command in a network namespace in which only the loopback device exists.

    Parameters
    ----------
    command : list of str
        Program and arguments.

    Returns
    -------
    list of str or None
        None where the system does not allow a namespace.
    """
    if not (shutil.which("unshare") and shutil.which("ip")):
        return None
    for rights in ([], ["--map-root-user"]):
        prefix = ["unshare", "--net", *rights, "--", "sh", "-c", UP, "sealed"]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return [*prefix, *command]
    return None


def install_guard(environment: Path) -> None:
    """Make every Python of a virtual environment refuse connections to other machines.

    Parameters
    ----------
    environment : Path
        Folder of the virtual environment.
    """
    for packages in environment.glob("lib*/**/site-packages"):
        shutil.copyfile(GUARD, packages / "nqpf_guard.py")
        (packages / "nqpf_guard.pth").write_text("import nqpf_guard\n", encoding="utf-8")
