"""Files of readings: read in blocks, checked column by column. Plain Python and polars; no database, no Django."""

from .readers import BadFile, Block, Form, form_of, read, read_bytes
from .rejected import HEAD, REJECTED, written
from .repeats import Seen
from .rules import Checked, Known, check, report

__all__ = [
    "HEAD",
    "REJECTED",
    "BadFile",
    "Block",
    "Checked",
    "Form",
    "Known",
    "Seen",
    "check",
    "form_of",
    "read",
    "read_bytes",
    "report",
    "written",
]
