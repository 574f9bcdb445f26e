"""Panel regressions with few clusters, and what is needed to believe them.

`panel` fits; `inference` gives exact few-cluster p-values and intervals and `covariance` the usual
standard errors; `families`, `randomisation` and `influence` question a result; `overlap` says which
raw variables stand on both sides; `mediation` and `moderation` ask how and when; `chain` carries
the uncertainty of estimated index weights along; `batched` fits thousands of specifications.
Modules are imported by name, so that a notebook loads only what it uses.
"""
