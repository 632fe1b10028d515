"""What a fault or a warning is called in front of a clerk: the field, what is wrong, and what to do."""

from __future__ import annotations

from expectations.contracts.checks import fault_checks, warning_checks
from expectations.contracts.errors import UnknownFaultError
from expectations.contracts.schema import Contract, FieldContract, FieldType
from expectations.vocabulary.language import Language

_FAULTS: dict[str, dict[Language, str]] = {
    "required": {
        "zh": "“{field}”必填，但本行为空。请补填后重新报送。",
        "en": "'{field}' is required, and this row has none. Fill it in and submit the row again.",
    },
    "type": {
        "zh": "“{field}”应为{form}。请按此格式更正后重新报送。",
        "en": "'{field}' must be {form}. Correct it and submit the row again.",
    },
    "length": {
        "zh": "“{field}”长度不符：{length}。请核对是否多填、漏填或错列。",
        "en": "'{field}' has the wrong length: {length}. Look for characters too many or a shifted column.",
    },
    "code": {
        "zh": "“{field}”的值不在代码表内（{codes}）。请改用表内代码；确为新代码的，请通知平台运营方。",
        "en": "'{field}' is not one of the agreed codes ({codes}). Use one of them; if it is new, tell the operator.",
    },
    "pattern": {
        "zh": "“{field}”的格式不符{meaning}。请核对号码后重新报送。",
        "en": "'{field}' does not have the form it must have{meaning}. Check the number and submit the row again.",
    },
    "range": {
        "zh": "“{field}”超出允许范围（{bounds}）。请核对数值、正负号和单位。",
        "en": "'{field}' is outside its bounds ({bounds}). Check the number, its sign and its unit.",
    },
    "character": {
        "zh": "“{field}”含有统一社会信用代码不使用的字符（如字母I、O、S、V、Z或小写字母）。请对照营业执照核对。",
        "en": "'{field}' has a character that no unified social credit code uses (such as I, O, S, V, Z or a small "
        "letter). Compare it with the business licence.",
    },
    "check_character": {
        "zh": "“{field}”的校验码（第18位）不符，可能录错了某一位。请对照营业执照核对。",
        "en": "The check character (the 18th) of '{field}' is wrong, so one of them was probably mistyped. Compare it "
        "with the business licence.",
    },
    "personal": {
        "zh": "“{field}”像是身份证号或手机号原文，而不是脱敏标识。请先脱敏再报送，不得传输原文。",
        "en": "'{field}' looks like a resident or phone number itself and not like its token. Replace it by the token "
        "before sending; the number must not be transmitted.",
    },
    "inner_check": {
        "zh": "“{field}”第17位（组织机构代码校验位）不符，本行已接收。请核对代码是否有误。",
        "en": "The 17th character of '{field}', the check character of the organisation code, is wrong. The row was "
        "accepted; please verify the code.",
    },
    "check_digit": {
        "zh": "“{field}”的校验位（第9位）不符，本行已接收。部分国家的车辆不采用校验位，请核对车架号。",
        "en": "The check digit (the 9th) of '{field}' does not fit. The row was accepted, as not every country uses "
        "it; please verify the number.",
    },
}

_RULE: dict[str, dict[Language, str]] = {
    "reject": {
        "zh": "{says}。请核对相关字段，更正后重新报送。",
        "en": "{says}. Check the fields it names, correct the row and submit it again.",
    },
    "warn": {"zh": "{says}。本行已接收，请核对。", "en": "{says}. The row was accepted; please verify it."},
}

_FORMS: dict[FieldType, dict[Language, str]] = {
    "integer": {"zh": "整数", "en": "a whole number"},
    "boolean": {"zh": "true或false（也可填1、0、yes、no、是、否）", "en": "true or false (or 1, 0, yes, no)"},
    "date": {"zh": "日期，如2026-03-31", "en": "a date such as 2026-03-31"},
    "timestamp": {
        "zh": "日期加时间，如2026-03-31T09:30:00+08:00",
        "en": "a date with a time, such as 2026-03-31T09:30:00+08:00",
    },
    "decimal(18,2)": {
        "zh": "至多2位小数的数，不带千位分隔符",
        "en": "a number with at most 2 decimals and no separators",
    },
    "decimal(18,5)": {
        "zh": "至多5位小数的数，不带千位分隔符",
        "en": "a number with at most 5 decimals and no separators",
    },
    "decimal(18,8)": {
        "zh": "至多8位小数的数，不带千位分隔符",
        "en": "a number with at most 8 decimals and no separators",
    },
}

_SHARED_CODES: dict[str, dict[Language, str]] = {
    "currency": {"zh": "ISO 4217三位字母币种代码，如CNY", "en": "ISO 4217 letters such as CNY"},
    "country": {"zh": "ISO 3166两位字母国家代码，如KZ", "en": "ISO 3166 two letters such as KZ"},
}


def describe_fault(contract: Contract, code: str, language: Language) -> str:
    """The sentence behind a code of ``faults`` or ``warnings``.

    Raises
    ------
    UnknownFaultError
        For a code that the contract's checks cannot give.
    """
    kind, _, name = code.partition(":")
    if code not in {check.code for check in (*fault_checks(contract), *warning_checks(contract))}:
        raise UnknownFaultError(
            f"The contract of '{contract.table}' has no check '{code}'.", "It was given by another version of it."
        )
    if kind == "rule":
        rule = next(rule for rule in contract.rules if rule.id == name)
        says = rule.says.zh if language == "zh" else rule.says.en[:1].upper() + rule.says.en[1:]
        return _RULE[rule.on_breach][language].format(says=says)
    field = contract.field(name)
    return _FAULTS[kind][language].format(
        field=name,
        form=_FORMS.get(field.type, {}).get(language, ""),
        codes=_codes(field, language),
        length=_length(field, language),
        bounds=_bounds(field),
        meaning=_meaning(field, language),
    )


def _codes(field: FieldContract, language: Language) -> str:
    if field.codes is None:
        return _SHARED_CODES.get(field.check or "", {}).get(language, "")
    return ("、" if language == "zh" else ", ").join(field.codes)


def _length(field: FieldContract, language: Language) -> str:
    if field.max_length is None:
        return {"zh": "统一社会信用代码为18位", "en": "a unified social credit code has 18 characters"}[language]
    return {"zh": f"至多{field.max_length}个字符", "en": f"at most {field.max_length} characters"}[language]


def _bounds(field: FieldContract) -> str:
    low = "" if field.minimum is None else f"≥ {field.minimum:.8g}"
    high = "" if field.maximum is None else f"≤ {field.maximum:.8g}"
    return ", ".join(bound for bound in (low, high) if bound)


def _meaning(field: FieldContract, language: Language) -> str:
    """What the dictionary says of the field; it is bilingual itself or made of numbers."""
    if not field.meaning:
        return ""
    return f"（{field.meaning}）" if language == "zh" else f" ({field.meaning})"
