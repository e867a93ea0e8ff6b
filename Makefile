# Every target is a thin name for `python tasks.py TARGET`, which also works where there is no make.
# Extra arguments: make wheelhouse ARGS="--python 3.12"

TASKS := help report test notebooks lab docs bench lint wheelhouse

# The first Python from 3.11 to 3.14 on the path; tasks.py explains itself if there is none.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$p && exit; \
	done; echo python3)

.PHONY: $(TASKS)
$(TASKS):
	@$(PYTHON) tasks.py $@ $(ARGS)
