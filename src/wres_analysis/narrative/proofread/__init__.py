"""The proofreader: re-reads a finished page against the claims that were written beside it.

It knows nothing of templates. It looks at words and numbers as a careful person would who holds the claims in the
other hand. Is each number there, and rounded as the house rounds? Does the direction agree with the estimate? Does
every estimate come with its interval and its number of people, or with the reason why it has none? Are there words that
no report of ours may use? The words are data (``rules.toml``).
"""

from wres_analysis.narrative.proofread.document import Document, read_page
from wres_analysis.narrative.proofread.findings import Finding
from wres_analysis.narrative.proofread.reader import proofread

__all__ = ["Document", "Finding", "proofread", "read_page"]
