"""Folders on file systems of their own, which can be filled up or made read-only. The mounts are private to this
program and end with it."""
import ctypes
import os
import subprocess

CLONE_NEWNS = 0x00020000
SIZE = 4 << 20


def quietly(*command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        print(f"{command[0]} is not installed")
        return False


def mounts_are_allowed():
    """See mounts of our own from here on, if the system lets us."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    return quietly("mount", "--make-rprivate", "/")


class Place:
    """A small file system with a folder for a run."""

    def __init__(self, kind, scratch):
        self.kind, self.point = kind, os.path.join(scratch, kind)
        self.folder, self.ballast = os.path.join(self.point, "run"), os.path.join(self.point, "ballast")
        os.makedirs(self.point)
        if kind == "tmpfs":
            self.usable = quietly("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", self.point)
        else:
            image = self.point + ".image"
            with open(image, "wb") as file:
                file.truncate(SIZE)
            self.usable = quietly("mkfs.ext4", "-q", "-F", image) and quietly("mount", "-o", "loop", image, self.point)

    def leave(self, free):
        """Fill it up but for so many bytes."""
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)) == 1 << 16:
                    pass
            except OSError:
                pass
            file.truncate(max(0, file.tell() - free))

    def empty(self):
        if os.path.exists(self.ballast):
            os.remove(self.ballast)

    def remount(self, how):
        return quietly("mount", "-o", "remount," + how, self.point)

    def close(self):
        quietly("umount", "-l", self.point)
