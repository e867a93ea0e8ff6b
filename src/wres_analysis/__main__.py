"""``python -m wres_analysis`` is ``wres``."""

from wres_analysis.cli import main

if __name__ == "__main__":
    main()
