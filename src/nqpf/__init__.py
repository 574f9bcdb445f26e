"""New quality productive forces and manufacturing upgrading: the study's functions.

Rooms import downward only: validation checks what is below it; site, report, claims and
scenarios stand on regression, regional, index, upgrading and productivity; those stand on data;
data stands on params, paths, expressions and errors.
"""

__version__ = "0.1.0"
