"""Published statements, made again: a panel and what was published in, frozen result frames out."""
