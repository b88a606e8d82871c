"""Read the folder of a run without the library, by the format of src/checkpoint/FORMAT.md and its digest."""
import os
import re
import struct

NAME = re.compile(r"step-(\d+)\.h5$")
MASK = 2**64 - 1


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def digest(words):
    return sum(mix(mix(i + 0x9E3779B97F4A7C15 & MASK) ^ w) for i, w in enumerate(words)) & MASK


def is_good(data):
    if len(data) < 512 or any(data[32:512]):
        return False
    body = (w for w, in struct.iter_unpack("<Q", data[512:] + bytes(-len(data) % 8)))
    return struct.unpack("<8s3Q", data[:32]) == (b"NTKWCKPT", 3, len(data), digest(body))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def listing(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def paths(folder):
    """Step to path, of everything that has a checkpoint's name."""
    found = ((NAME.match(name), name) for name in listing(folder))
    return {int(match[1]): os.path.join(folder, name) for match, name in found if match}


def good_steps(folder):
    return {step for step, path in paths(folder).items() if is_good(read(path))}


def leftovers(folder):
    """What only a run that is dead can have left."""
    return [name for name in listing(folder) if ".tmp-" in name or name.startswith(".probe")]
