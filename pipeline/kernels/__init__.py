"""Warm kernels: notebooks start in milliseconds because the imports are paid once.

Most of the time a stock kernel takes goes into starting Python and importing numpy, pandas,
matplotlib and statsmodels. Here one process imports them and then only waits:

    build  --asks-->  warm process  --forks-->  kernel, page, panel ...
    (graph, papermill)  (one thread, no event loop, nothing of the study)

* `warm` is that process. It imports third-party packages only, never the study's own modules,
  so that it cannot hold a stale one and no notebook sees what another has done.
* `compiled` keeps what Python makes of the study's source, for forks to run where the file is
  still the same to the byte.
* `child` is what a fork does: a real ipykernel, or a function of the build.
* `process` is the build's side: it starts the warm process and asks it for forks, each shown
  as something that looks like `subprocess.Popen`.
* `provisioner` plugs that into jupyter_client, whose extension point for "how is a kernel
  started" are kernel provisioners. It is registered from code, not by an entry point, so that
  an environment need not be installed again when this room changes.

Who dies when: each fork is killed by the system when the warm process ends (PR_SET_PDEATHSIG),
and the warm process ends when the build does, however it does: it reads the end of a socket.

Where the system cannot do this (it is used on Linux only), or with `KERNEL=stock`, notebooks run
in jupyter_client's own kernels. `make verify-kernel` compares the two byte by byte.
"""
