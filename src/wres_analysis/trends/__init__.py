"""Trends: a panel in, result frames out; annual by precision-weighted slopes, monthly by XmR charts."""
