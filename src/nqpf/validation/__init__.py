"""Whether the study's own estimators are right: published results, and worlds with a known truth.

`comparison` sets ours beside numbers that others printed, from data that every reader has; `size`,
`recovery` and `coincidence` draw panels whose truth is known and see what the tests make of them.
"""
