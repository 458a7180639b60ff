"""The content of the plots, worked out once for the two programs that draw: plot.py and plot.gp.

    result files -> tables -> pictures -> text for gnuplot, or a drawing by matplotlib

docs/ARCHITECTURE.md says which module is which step.
"""
