r"""Generate the subset of Inter with Latin, Greek and Cyrillic for charts.

Unpack the npm package ``inter-ui`` (4.1.1, OFL 1.1), install the PyPI packages ``fonttools
brotli``, then: ``python tools/build_text_fonts.py PACKAGE/web bot/charts/assets``.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),  # Latin
    *range(0x370, 0x400),  # Greek
    *range(0x400, 0x530),  # Cyrillic
    *range(0x1E00, 0x1F00),  # Latin for Vietnamese and others
    *range(0x2010, 0x2040),  # dashes, quotes, the ellipsis
    *range(0x20A0, 0x20C1),  # currencies
    0x2116, 0x2122, 0x2190, 0x2192, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
]  # fmt: skip


def main() -> None:
    """Write two weights as TrueType, which every version of FreeType can read."""
    source, target = map(Path, sys.argv[1:])
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.hinting = False
    options.notdef_outline = True  # identifies missing characters
    options.recalc_timestamp = False
    for weight in ("Regular", "SemiBold"):
        font = TTFont(source / f"Inter-{weight}.woff2", recalcTimestamp=False)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=CHARACTERS)
        cutter.subset(font)
        font.flavor = None
        font.save(target / f"Inter-{weight}.ttf")


if __name__ == "__main__":
    main()
