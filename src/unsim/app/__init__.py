"""The page: settings in, paired futures out. A pure function answers (:mod:`unsim.app.answer`); a small server hands it out."""
