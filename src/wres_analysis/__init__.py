"""wres-analysis: tests what the NHS Workforce Race Equality Standard data can and cannot show."""

from __future__ import annotations

__version__ = "0.1.0"
