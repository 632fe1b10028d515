"""Chapters of the tariff as sections, the cut that goods are told in.

Source: the Harmonized System's table of contents (World Customs Organization, 2022): 21 sections over chapters 1 to 97.
"""

from __future__ import annotations

from bisect import bisect_right

from expectations.vocabulary.language import Language

_SECTIONS: tuple[tuple[int, str, str], ...] = (
    (1, "活动物；动物产品", "Live animals and animal products"),
    (6, "植物产品", "Vegetable products"),
    (15, "动植物油脂", "Fats and oils"),
    (16, "食品、饮料、烟草", "Food, beverages and tobacco"),
    (25, "矿产品", "Mineral products"),
    (28, "化学工业产品", "Chemical products"),
    (39, "塑料、橡胶及其制品", "Plastics and rubber"),
    (41, "皮革、毛皮、箱包", "Leather, furs and bags"),
    (44, "木、软木、编结品", "Wood, cork and basketware"),
    (47, "纸浆、纸及其制品", "Pulp and paper"),
    (50, "纺织原料及纺织制品", "Textiles and clothing"),
    (64, "鞋、帽、伞", "Footwear, headgear and umbrellas"),
    (68, "石料、陶瓷、玻璃制品", "Stone, ceramics and glass"),
    (71, "珠宝、贵金属", "Pearls, jewellery and precious metals"),
    (72, "贱金属及其制品", "Base metals"),
    (84, "机电设备", "Machinery and electrical equipment"),
    (86, "车辆、船舶、航空器", "Vehicles, vessels and aircraft"),
    (90, "光学、医疗仪器、钟表", "Optical and medical instruments, clocks"),
    (93, "武器、弹药", "Arms and ammunition"),
    (94, "杂项制品", "Furniture, toys and other manufactures"),
    (97, "艺术品、收藏品", "Works of art and antiques"),
)
_FIRST_CHAPTERS = [first for first, _, _ in _SECTIONS]


def section_of(chapter: str) -> str:
    """The number of a chapter's section, "01" to "21"; empty for what is no chapter of goods (77, and 98 onward)."""
    number = int(chapter) if chapter.isdigit() else 0
    if not 1 <= number <= 97 or number == 77:
        return ""
    return f"{bisect_right(_FIRST_CHAPTERS, number):02d}"


def section_word(section: str, language: Language) -> str:
    """A section's name."""
    _, zh, en = _SECTIONS[int(section) - 1]
    return zh if language == "zh" else en
