{# The currency codes in use, the same as in expectations/currencies.py; a test holds them together. #}
{% macro known_currencies() -%}
    {{ return((
        'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF '
        ~ 'CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL '
        ~ 'HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD '
        ~ 'MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG '
        ~ 'QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD '
        ~ 'TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
    ).split(' ')) }}
{%- endmacro %}

{# Whether a code is money at all: an amount in anything else is unknown. #}
{% macro is_currency(code) -%}
    {{ code }} in ('{{ known_currencies() | join("', '") }}')
{%- endmacro %}

{# Currencies without a smaller coin, and those of a thousand; all others have hundredths. The same as in expectations/currencies.py. #}
{% macro currencies_without_coins() -%}
    {{ return('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ')) }}
{%- endmacro %}
{% macro currencies_of_thousandths() -%}
    {{ return('BHD IQD JOD KWD LYD OMR TND'.split(' ')) }}
{%- endmacro %}

{# The smallest coin of a currency: 1 yen, 0.001 of a Kuwaiti dinar, else 0.01. #}
{% macro smallest_coin(currency) -%}
    case
        when {{ currency }} in ('{{ currencies_without_coins() | join("', '") }}') then 1.000
        when {{ currency }} in ('{{ currencies_of_thousandths() | join("', '") }}') then 0.001
        else 0.010
    end
{%- endmacro %}

{#
    An amount as its currency can be paid, half up: whole units where there is no smaller coin (the yen), thousandths of a
    Kuwaiti dinar and six more, else hundredths. All money is kept with three decimals.

    Products and sums have 38 digits, and DuckDB rounds those some forty times as slowly as 18: so amounts that 18 digits
    hold, with much to spare since a float decides, are rounded there.
#}
{% macro payable(amount, currency) -%}
    case
        when abs(cast({{ amount }} as double)) < 90000000
            then {{ to_smallest_coin('cast(' ~ amount ~ ' as decimal(18, 10))', currency) }}
        else {{ to_smallest_coin(amount, currency) }}
    end
{%- endmacro %}

{# The rounding itself; `payable` says how. #}
{% macro to_smallest_coin(amount, currency) -%}
    case
        when {{ currency }} in ('{{ currencies_without_coins() | join("', '") }}')
            then cast(cast({{ amount }} as decimal(18, 0)) as decimal(18, 3))
        when {{ currency }} in ('{{ currencies_of_thousandths() | join("', '") }}') then cast({{ amount }} as decimal(18, 3))
        else cast(cast({{ amount }} as decimal(18, 2)) as decimal(18, 3))
    end
{%- endmacro %}

{#
    Money of one unit at a stored rate, to six decimals, half up, as every unit cost is kept; unknown where either is, or
    where it comes to more than a unit cost can hold.
#}
{% macro converted(unit_amount, rate) -%}
    try_cast(cast({{ unit_amount }} as decimal(20, 6)) * {{ rate }} as decimal(18, 6))
{%- endmacro %}
