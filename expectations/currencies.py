"""The currency codes in use and their minor units: ISO 4217 list one, without metals, funds and test codes.

Belongs here: the codes, and how many decimals an amount of each has. Does not belong here: rates.
Source: ISO 4217 as carried by Unicode CLDR's table of current tender.
"""

from decimal import Decimal

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV
WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
ISO_4217: frozenset[str] = frozenset(_CODES.split())
WITHOUT_COINS: frozenset[str] = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()  # noqa: SIM905 - as the standard lists them
)
OF_THOUSANDTHS: frozenset[str] = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905 - same


def decimals(currency: str | None) -> int:
    """How many decimals an amount of the currency has: 0, 2 or 3; two where it is not known."""
    return 0 if currency in WITHOUT_COINS else 3 if currency in OF_THOUSANDTHS else 2


def in_coins(amount: Decimal | None, currency: str | None) -> Decimal | None:
    """The same amount with the decimals of its currency, as a person writes it."""
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-decimals(currency)))
