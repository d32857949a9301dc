"""Small files to label."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image

SUBJECTS = ("the cat", "a dog", "my neighbor", "the old ship", "some river")
GOOD = ("shines bright today", "sings a lovely song", "makes everybody happy")
BAD = ("broke down again", "smells of wet ashes", "ruined the whole evening")


def texts(path: Path, labels: bool = True) -> Path:
    """Thirty sentences, half of them good news."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["key", "message", "mood"] if labels else ["key", "message"])
        for i, subject in enumerate(SUBJECTS):
            for j, (kind, said) in enumerate([*(("good", g) for g in GOOD), *(("bad", b) for b in BAD)]):
                row = [f"m{i}{j}", f"{subject} {said}, they say", kind]
                rows.writerow(row if labels else row[:2])
    return path


def images(folder: Path, broken: int = 0) -> Path:
    """Twelve images in two sub-folders, red and green, and ``broken`` files that are none."""
    for color, rgb in (("red", (200, 20, 20)), ("green", (20, 200, 20))):
        (folder / color).mkdir(parents=True)
        for i in range(6):
            shade = tuple(c + 3 * i for c in rgb)
            Image.new("RGB", (16, 16), shade).save(folder / color / f"{i}.png")
    for i in range(broken):
        (folder / "red" / f"broken{i}.png").write_bytes(b"\x89PNG\r\n\x1a\n no more")
    return folder
