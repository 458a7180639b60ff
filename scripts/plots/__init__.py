"""What the plots show, worked out once for the two programs that draw: plot.py and plot.gp.

    result files -> tables -> pictures -> text for gnuplot, or a drawing by matplotlib

Each arrow goes one way, and no module includes one of a later line:

    files, words, strategies       what a file has to be; words and numbers; roles and order
    looks, axes, histograms        colours and markers; ticks; files of pauses
    results, pictures              what result files say; pictures as plain data
    tables                         cases that belong together
    titles, break_evens, lines     what is said of them; stars; lines and their labels
    hit_rates, volumes, payloads, rounds, heaps, pauses, gc_shares
                                   the pictures of each kind
    kinds                          all kinds, and what each needs
    command, gnuplot_text, drawing the command line, and the two ways out
"""
