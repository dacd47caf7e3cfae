"""A Chinese catalogue of 200 products, made by rule: every kind with every brand and colour in turn."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice, product

from recommender.catalogue.product import Product

__all__ = ["CHINESE_SHOP", "KINDS"]

KINDS = {
    "蓝牙耳机": ("数码", "降噪，续航三十小时"),
    "手机壳": ("数码", "防摔，适合多种型号"),
    "保温杯": ("厨房", "不锈钢内胆，保温十二小时"),
    "电饭煲": ("厨房", "四升容量，预约定时"),
    "台灯": ("家居", "护眼，三档亮度"),
    "床单": ("家居", "纯棉，可机洗"),
    "运动鞋": ("服饰", "轻便透气，防滑鞋底"),
    "羽绒服": ("服饰", "保暖，可拆卸帽子"),
    "双肩包": ("箱包", "可放十五寸笔记本电脑"),
    "行李箱": ("箱包", "静音万向轮"),
}
_BRANDS = ("云山", "晨星", "木棉", "青禾")
_COLOURS = ("红色", "蓝色", "黑色", "白色", "绿色")

CHINESE_SHOP = [
    Product(
        f"zh-{number:03d}",
        f"{brand}{colour}{kind}",
        description=KINDS[kind][1],
        brand=brand,
        categories=(KINDS[kind][0], kind),
        price=Decimal(20 + number),
        currency="CNY",
    )
    for number, (kind, brand, colour) in enumerate(islice(product(KINDS, _BRANDS, _COLOURS), 200))
]
