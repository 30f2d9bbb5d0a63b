"""The model against history: its own vote rule on real drafts, beside rivals that need no model."""
