"""``python -m unsim`` is the command ``unsim``."""

from unsim.cli import main

main()
