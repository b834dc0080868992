"""Text as Go sees it."""

from __future__ import annotations

from dockerfix.syntax.characters import go_quote


def test_go_quote() -> None:
    assert go_quote('a"\\\n\t\x00\x7f\udcff\xa0é\u200b🚀\U000e0001') == (
        '"a\\"\\\\\\n\\t\\x00\\x7f\\xff\\u00a0é\\u200b🚀\\U000e0001"'
    )
