"""Repositories that tests make: what is said to git, and the note that its archives fill in."""

import subprocess

WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
NOTE = "node: $Format:%H$\n"  # in an archive the project's own is filled in already


def git(folder, *arguments):
    """Run git in a folder and return what it says; it must succeed."""
    command = ["git", *WHO, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()
