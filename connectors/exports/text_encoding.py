"""From a file's bytes to text: byte order marks, UTF-16 without one, UTF-8, and the old Windows code pages.

Belongs here: `decode`. Does not belong here: delimiters, quoting, cells.
"""

import codecs

from charset_normalizer import from_bytes

from connectors.exports.problems import Problem, Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Single-byte pages in which spreadsheets of these languages were saved. Any of them decodes almost any bytes, so
# charset-normalizer weighs how much the result looks like writing.
_PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "mac_roman", "cp850"]
_SAMPLE = 200_000  # bytes that are enough to tell pages apart
_ADVICE = 'Save the file as "CSV UTF-8", or set encoding in profile.toml.'


def decode(data: bytes, file: str, encoding: str | None = None) -> tuple[str, str]:
    """Text of `data` and the name of the encoding used; raises `Refused` where none fits."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], name, file), name
    if encoding is not None:
        return _decode(data, encoding, file), encoding
    guess = _utf16_without_mark(data)
    if guess is not None:
        return _decode(data, guess, file), guess
    try:
        return _without_nul(data.decode("utf-8"), file), "utf-8"
    except UnicodeDecodeError:
        guess = _code_page(data)
    if guess is None:
        raise Refused([Problem(file, "the encoding cannot be told", _ADVICE)])
    return _decode(data, guess, file), guess


def _decode(data: bytes, name: str, file: str) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problem = Problem(file, f"bytes that are not {name}", _ADVICE, where=f"line {line}")
        raise Refused([problem]) from None
    return _without_nul(text, file)


def _without_nul(text: str, file: str) -> str:
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        advice = "The file is damaged or not text. Export it again."
        raise Refused([Problem(file, "a NUL character", advice, where=f"line {line}")])
    return text


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 by its zero bytes: Latin letters, digits and delimiters leave every second byte empty."""
    sample = data[:2000]
    if len(sample) < 4 or len(data) % 2:
        return None
    half = len(sample) / 2
    if sample[1::2].count(0) > 0.4 * half and not sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * half and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _code_page(data: bytes) -> str | None:
    matches = from_bytes(data[:_SAMPLE], cp_isolation=_PAGES)
    best = matches.best()
    if best is None:
        return None
    # Western text reads as well in several pages; cp1252 is by far the most used of them.
    for match in matches:
        if "cp1252" in match.could_be_from_charset and match.chaos <= best.chaos:
            return "cp1252"
    return str(best.encoding)
