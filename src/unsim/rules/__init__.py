"""The model: small pure rules, scalars in and one value (or a fixed-length tuple) out.

Both engines call these functions, so a rule of behaviour is written once. Rules use only ``+ - * /``,
comparisons, ``select`` and the functions of :mod:`unsim.rules.maths`; no arrays, no files, no generator.
The one exception is ``ledger.measure``, which writes all outcomes of a month.
"""
