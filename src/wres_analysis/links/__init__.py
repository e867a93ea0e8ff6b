"""Links between indicators and outcomes: a plan and a panel in, a result frame out."""

from wres_analysis.links.exploratory import add_tests
from wres_analysis.links.plan import Plan, parse_plan, read_plan
from wres_analysis.links.run import LinksResult, run_plan

__all__ = ["LinksResult", "Plan", "add_tests", "parse_plan", "read_plan", "run_plan"]
