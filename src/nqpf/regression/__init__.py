"""Panel regressions with few clusters, and what is needed to believe them.

`panel` fits; `inference` gives exact few-cluster p-values and intervals; `families` adjusts them;
`overlap` says which raw variables stand on both sides. Modules are imported by name, so that a
notebook loads only what it uses.
"""
