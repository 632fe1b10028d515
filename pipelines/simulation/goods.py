"""What is traded: goods with their codes, units, ordinary prices and rates, and the articles each enterprise sells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.simulation.columns import Integers
from pipelines.simulation.enterprises import Population, Temperament
from pipelines.simulation.habits import Habits
from pipelines.simulation.settings import ZoneSettings

Floats = NDArray[np.float64]


class Good(NamedTuple):
    """One kind of goods. Price in CNY per declared unit, weight in grams, rates as shares.

    ``unit`` is the declared unit and ``statutory`` the first statutory one, as customs codes (007 pieces, 011 items,
    035 kilograms). Per declared unit there is one piece, or the weight in kilograms.
    """

    hs_code: str
    name: str
    unit: str
    statutory: str
    price: float
    grams: int
    tariff: float
    vat: float
    consumption: float
    food: bool
    sold_as: str


GOODS = (
    Good("3304990029", "护肤品", "011", "035", 168, 320, 0.01, 0.13, 0.0, False, "import"),
    Good("3304300000", "指甲化妆品", "011", "035", 75, 120, 0.05, 0.13, 0.15, False, "import"),
    Good("3305100010", "洗发水", "011", "035", 82, 650, 0.03, 0.13, 0.0, False, "import"),
    Good("1901101000", "婴幼儿配方奶粉", "011", "035", 228, 950, 0.05, 0.13, 0.0, True, "import"),
    Good("2106909090", "膳食营养补充剂", "011", "035", 145, 300, 0.12, 0.13, 0.0, True, "import"),
    Good("1806310000", "夹心巧克力", "011", "035", 58, 420, 0.08, 0.13, 0.0, True, "import"),
    Good("9619001100", "婴儿纸尿裤", "011", "035", 118, 2400, 0.04, 0.13, 0.0, False, "import"),
    Good("6402992900", "运动鞋", "011", "011", 460, 900, 0.10, 0.13, 0.0, False, "import"),
    Good("4202210090", "手提包", "007", "007", 890, 850, 0.10, 0.13, 0.0, False, "import"),
    Good("8516310000", "电吹风", "007", "007", 620, 1100, 0.10, 0.13, 0.0, False, "import"),
    Good("6109100022", "棉制T恤衫", "011", "011", 38, 220, 0.06, 0.13, 0.0, False, "export"),
    Good("6204420000", "棉制连衣裙", "011", "011", 72, 380, 0.06, 0.13, 0.0, False, "export"),
    Good("8518300000", "耳机", "007", "007", 66, 160, 0.0, 0.13, 0.0, False, "export"),
    Good("8517790090", "手机壳及零件", "007", "035", 18, 70, 0.0, 0.13, 0.0, False, "export"),
    Good("9503002100", "玩偶", "007", "007", 34, 260, 0.0, 0.13, 0.0, False, "export"),
    Good("9405210090", "台灯", "007", "007", 85, 900, 0.05, 0.13, 0.0, False, "export"),
    Good("4202920000", "背包", "007", "007", 64, 520, 0.06, 0.13, 0.0, False, "export"),
    Good("7323930000", "不锈钢餐具", "007", "035", 29, 340, 0.08, 0.13, 0.0, False, "export"),
    Good("8504401500", "充电器", "007", "007", 31, 130, 0.0, 0.13, 0.0, False, "export"),
    Good("8415101000", "分体式空调", "007", "007", 1500, 34000, 0.07, 0.13, 0.0, False, "business"),
    Good("8418102000", "冰箱", "007", "007", 1900, 62000, 0.07, 0.13, 0.0, False, "business"),
    Good("8481804090", "阀门", "007", "035", 95, 1900, 0.05, 0.13, 0.0, False, "business"),
    Good("7308900000", "钢结构件", "035", "035", 9, 1000, 0.04, 0.13, 0.0, False, "business"),
    Good("5407520090", "涤纶染色布", "035", "035", 31, 1000, 0.08, 0.13, 0.0, False, "business"),
    Good("3926909090", "塑料制品", "035", "035", 17, 1000, 0.065, 0.13, 0.0, False, "business"),
    Good("8541430000", "光伏组件", "007", "007", 680, 22000, 0.0, 0.13, 0.0, False, "business"),
    Good("8433520000", "收获机械", "007", "007", 62000, 1900000, 0.0, 0.09, 0.0, False, "business"),
    Good("2002901990", "番茄酱", "035", "035", 7, 1000, 0.18, 0.13, 0.0, True, "business"),
    Good("8703234110", "小轿车", "007", "007", 98000, 1450000, 0.15, 0.13, 0.05, False, "vehicle"),
    Good("8703800010", "纯电动乘用车", "007", "007", 128000, 1800000, 0.15, 0.13, 0.0, False, "vehicle"),
    Good("1207999100", "亚麻籽", "035", "035", 6, 1000, 0.15, 0.09, 0.0, True, "border"),
    Good("1101000001", "小麦粉", "035", "035", 4, 1000, 0.06, 0.09, 0.0, True, "border"),
    Good("1512110000", "葵花籽油", "035", "035", 9, 1000, 0.09, 0.09, 0.0, True, "border"),
    Good("0409000000", "天然蜂蜜", "035", "035", 26, 1000, 0.15, 0.09, 0.0, True, "border"),
)
"""Codes are real six-digit headings with plausible national digits; prices and rates are only ordinary-looking."""

IMPORT_ORIGINS = ("JP", "KR", "DE", "AU")
EXPORT_ORIGIN = "CN"
ORIGINS = (*IMPORT_ORIGINS, EXPORT_ORIGIN, "KZ")

ARTICLE_SPREAD = 0.16
"""Spread (log) of honest prices around the ordinary price of a good. It is cut at 1.5 sigma: the
cheapest honest article stays above half the price of the dearest, so R05 never takes it for under-valued."""

ARTICLES_PER_SELLER = (3, 9)


@dataclass(frozen=True)
class Articles:
    """What each enterprise sells, sorted by enterprise. ``price`` in fen per declared unit."""

    seller: Integers
    good: Integers
    origin: Integers
    price: Integers
    first: Integers
    count: Integers

    def pick(self, sellers: Integers, uniform: Floats) -> Integers:
        """One article per row: of its seller's, the first ones more often."""
        return np.asarray(self.first[sellers] + (self.count[sellers] * uniform**1.6).astype(np.int64))


def column(name: str) -> NDArray[np.float64]:
    """One numeric attribute of every good."""
    return np.array([getattr(good, name) for good in GOODS], dtype=np.float64)


HS_CODES = [good.hs_code for good in GOODS]
NAMES = [good.name for good in GOODS]
UNITS = ("007", "011", "035")
UNIT_OF = np.array([UNITS.index(good.unit) for good in GOODS])
STATUTORY_OF = np.array([UNITS.index(good.statutory) for good in GOODS])
GRAMS = column("grams").astype(np.int64)
FOOD = column("food").astype(bool)
VAT = column("vat")
RETAIL_TAX = (column("consumption") + VAT) / (1 - column("consumption")) * 0.7
"""Retail import within the limits: tariff zero, VAT and consumption tax at 70 % (财关税〔2016〕18号)."""

_SOLD_BY = {
    Temperament.EXPORTER_9610: "export",
    Temperament.IMPORTER_1210: "import",
    Temperament.EXPORTER_9710: "business",
    Temperament.OVERSEAS_9810: "export",
    Temperament.GENERAL_0110: "business",
    Temperament.BORDER_PROCESSOR: "border",
    Temperament.BARTER_TRADER: "business",
    Temperament.SERVICE: "business",
}


def stock_shelves(settings: ZoneSettings, population: Population, habits: Habits) -> Articles:
    """Draw the articles of every enterprise."""
    random = settings.stream("articles")
    count = random.integers(*ARTICLES_PER_SELLER, population.size)
    seller = np.repeat(np.arange(population.size), count)
    good = np.empty(len(seller), dtype=np.int64)
    for temperament, kind in _SOLD_BY.items():
        options = np.array([at for at, item in enumerate(GOODS) if item.sold_as == kind])
        here = population.temperament[seller] == temperament
        good[here] = random.choice(options, int(here.sum()))
    is_dealer = habits.deals_in_vehicles[seller]
    vehicles = np.array([at for at, item in enumerate(GOODS) if item.sold_as == "vehicle"])
    good[is_dealer] = random.choice(vehicles, int(is_dealer.sum()))
    is_import = np.array([item.sold_as == "import" for item in GOODS])[good]
    origin = np.where(is_import, random.integers(0, len(IMPORT_ORIGINS), len(seller)), ORIGINS.index(EXPORT_ORIGIN))
    deviation = np.clip(random.normal(0, ARTICLE_SPREAD, len(seller)), -1.5 * ARTICLE_SPREAD, 1.5 * ARTICLE_SPREAD)
    price = np.round(column("price")[good] * np.exp(deviation) * 100).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    return Articles(seller, good, origin, np.maximum(price, 100), first, count)
