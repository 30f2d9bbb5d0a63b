"""Two engines over the same rules: agents to watch one run (``model``), and loops for thousands at once (``kernel``)."""
