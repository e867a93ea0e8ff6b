"""Puts notebooks, plans and data into the wheel, where ``wres_analysis.resources.share`` finds them.

An editable install gets none of them: it reads the checkout itself, and a copy would go stale.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("notebooks", "plans", "data/reference", "data/sample")


class ShareHook(BuildHookInterface):
    """The build hook that hatchling runs before it packs a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add each shipped file under ``wres_analysis/_share``; hidden files (checkpoints, settings) stay behind."""
        if version == "editable":
            return
        root = Path(self.root)
        for folder in FOLDERS:
            for path in sorted((root / folder).rglob("*")):
                inside = path.relative_to(root)
                if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                    build_data["force_include"][str(path)] = f"wres_analysis/_share/{inside.as_posix()}"
