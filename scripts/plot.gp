# Draws result files with gnuplot:   gnuplot -c scripts/plot.gp DIR FILE...
#
# Writes DIR/<plot>-gnuplot.svg and .png for all plots that the files allow, and prints their names.
# Options of plot_data.py (--kind KIND,..., --all) may stand among the files. Exit: 0 ok, 1 a file
# could not be written, 2 a file is no result file, or nothing can be drawn of it.
#
# The content of the plots is worked out in plot_data.py. Its output is loaded from a pipe; behind
# the data of each plot it has a line that loads this file again, which then draws them.

if (!exists("DRAWING")) {
    set encoding utf8
    # The n-th of the texts that a mark separates, and how many there are.
    at = 0
    head(s, mark) = (at = strstrt(s, mark)) ? s[1:at-1] : s
    tail(s, mark) = (at = strstrt(s, mark)) ? s[at+strlen(mark):*] : ""
    field(s, mark, n) = n == 1 ? head(s, mark) : field(tail(s, mark), mark, n - 1)
    fields(s, mark) = strstrt(s, mark) ? 1 + fields(tail(s, mark), mark) : 1
    # A text as a word of the shell.
    escaped(s) = strstrt(s, "'") ? head(s, "'") . "'\\''" . escaped(tail(s, "'")) : s
    shell(s) = "'" . escaped(s) . "'"

    if (ARGC < 2) {
        print "plot.gp: a directory and a result file are needed: gnuplot -c plot.gp DIR FILE..."
        exit status 2
    }
    if (ARGC > 8) {
        print "plot.gp: at most 7 files and options: gnuplot passes on no more"
        exit status 2
    }
    SELF = ARG0
    DIR = ARG1
    cut = strlen(SELF)
    while (cut > 0 && SELF[cut:cut] ne "/") { cut = cut - 1 }
    # An interrupt before Python has begun with the script is not told at length.
    WORK_OUT = "trap '' INT; exec /usr/bin/python3 " . shell((cut > 0 ? SELF[1:cut] : "./") . "plot_data.py")
    WORK_OUT = WORK_OUT . " --as plot.gp --each " . shell("load SELF")
    do for [i = 2:ARGC] { WORK_OUT = WORK_OUT . " " . shell(ARGV[i]) }
    DRAWING = 1
    DONE = 0
    load "< " . WORK_OUT
    exit status (DONE ? 0 : 2)
}

TRY = "mkdir -p -- " . shell(DIR) . " 2>/dev/null; test -d " . shell(DIR) . " -a -w " . shell(DIR)
WRITABLE = system(TRY . " && echo 1")
if (WRITABLE ne "1") {
    print "plot.gp: ", DIR, ": cannot be written to"
    exit status 1
}

FACE = "DejaVu Sans,"
BOLD = "DejaVu Sans:Bold,"
INNER = WIDTH - LEFT - RIGHT

do for [FORMAT in "svg png"] {
    WAITING = DIR . "/." . STEM . "-gnuplot." . FORMAT
    WRITTEN = DIR . "/" . STEM . "-gnuplot." . FORMAT
    if (FORMAT eq "svg") {
        set terminal svg noenhanced size WIDTH, HEIGHT background "white" \
            font FACE . sprintf("%g", FONT)
    } else {
        # A point is 4/3 of a pixel here.
        set terminal pngcairo noenhanced size WIDTH, HEIGHT background "white" \
            linewidth 1 pointscale 1 fontscale 0.75 font FACE . sprintf("%g", FONT)
    }
    set output WAITING

    unset label
    unset arrow
    unset object
    unset logscale
    unset key
    unset colorbox
    unset xlabel
    unset ylabel
    set border 3 lc rgb "#666666"
    set tics nomirror out scale 0.6 textcolor rgb "#000000"
    set tmargin at screen 1 - TOP / HEIGHT
    set bmargin at screen BOTTOM / HEIGHT
    set lmargin at screen LEFT / WIDTH
    set rmargin at screen 1 - RIGHT / WIDTH
    down = 18
    do for [i = 1:fields(TITLE, "\n")] {
        set label field(TITLE, "\n", i) at screen 12 / WIDTH, screen 1 - down / HEIGHT left \
            font BOLD . sprintf("%g", TITLE_FONT) textcolor rgb "#111111"
        down = down + TITLE_STEP
    }
    do for [i = 1:fields(SUBTITLE, "\n")] {
        set label field(SUBTITLE, "\n", i) at screen 12 / WIDTH, screen 1 - down / HEIGHT left \
            textcolor rgb "#333333"
        down = down + TEXT_STEP
    }
    up = FOOT - 12
    do for [i = 1:fields(NOTE, "\n")] {
        set label field(NOTE, "\n", i) at screen 12 / WIDTH, screen up / HEIGHT left \
            textcolor rgb "#767676"
        up = up - TEXT_STEP
    }
    set label X_LABEL at screen (LEFT + INNER / 2) / WIDTH, screen (FOOT + 14) / HEIGHT center
    if (FORM ne "heat") {
        set grid x lt 1 lc rgb "#E6E6E6" lw 0.7
        if (X_LOG) { set logscale x }
        set xrange [X_LOW:X_HIGH]
        set xtics ()
        do for [i = 1:words(X_TICKS)] {
            set xtics add (field(X_TEXTS, "|", i) real(word(X_TICKS, i)))
        }
    }

    if (FORM eq "lines") {
        set grid x y lt 1 lc rgb "#E6E6E6" lw 0.7
        if (Y_LOG) { set logscale y }
        set yrange [Y_LOW:Y_HIGH]
        set ytics ()
        do for [i = 1:words(Y_TICKS)] {
            set ytics add (field(Y_TEXTS, "|", i) real(word(Y_TICKS, i)))
        }
        set label Y_LABEL at screen 11 / WIDTH, screen (HEIGHT - TOP + BOTTOM) / 2 / HEIGHT center \
            rotate by 90
        do for [i = 1:words(NAMES)] {
            colour = word(COLOURS, i)
            level = (BOTTOM + real(word($ENDS[i], 3)) * (HEIGHT - TOP - BOTTOM)) / HEIGHT
            set label word(NAMES, i) at screen (LEFT + INNER + 14) / WIDTH, screen level left \
                textcolor rgb word(INKS, i)
            set arrow from first real(word($ENDS[i], 1)), first real(word($ENDS[i], 2)) \
                to screen (LEFT + INNER + 12) / WIDTH, screen level nohead lc rgb colour lw 0.7
        }
        do for [i = 1:MARKS_N] {
            colour = word($MARKS[i], 5)
            level = real(word($MARKS[i], 2))
            set label "" at first real(word($MARKS[i], 1)), first level front \
                point pt 3 ps 1.6 lw 1.4 lc rgb colour
            set arrow from first real(word($MARKS[i], 3)), first level \
                to first real(word($MARKS[i], 4)), first level front heads size graph 0.008, 90 \
                lc rgb colour lw 1.4
        }
        if (LEVEL_N) {
            set arrow from graph 0, first LEVEL to graph 1, first LEVEL nohead lw 1.2 \
                lc rgb "#444444"
        }
        if (DIVIDE > 0) {
            set arrow from first DIVIDE, graph 0 to first DIVIDE, graph 1 nohead dt 3 \
                lc rgb "#888888"
            set label DIVIDE_LEFT at first DIVIDE, graph 0.97 right offset -0.7, 0 tc rgb "#555555"
            set label DIVIDE_RIGHT at first DIVIDE, graph 0.97 left offset 0.7, 0 tc rgb "#555555"
        }
        do for [i = 1:CUTS_N] {
            set label "" at first real(word($CUTS[i], 1)), first real(word($CUTS[i], 2)) front \
                point pt (int(word($CUTS[i], 3)) ? 9 : 11) ps 0.7 lc rgb int(word($CUTS[i], 4))
        }
        plot for [i = 0:words(NAMES)-1] $DATA index i using 1:5:6 with filledcurves \
                fillcolor rgb word(COLOURS, i+1) fillstyle transparent solid 0.16 noborder, \
            for [i = 0:words(NAMES)-1] $DATA index i using 1:2 with linespoints \
                lc rgb word(COLOURS, i+1) pt int(word(POINTS, i+1)) dt int(word(DASHES, i+1)) \
                lw real(word(WIDTHS, i+1)) ps 0.8
    }

    if (FORM eq "dots") {
        set grid x y lt 1 lc rgb "#E6E6E6" lw 0.7
        set yrange [Y_LOW:Y_HIGH]
        set ytics ()
        do for [i = 1:words(Y_TICKS)] {
            set ytics add (field(Y_TEXTS, "|", i) real(word(Y_TICKS, i)))
        }
        set ylabel Y_LABEL
        do for [i = 1:words(DIVIDES)] {
            set arrow from first real(word(DIVIDES, i)), graph 0 \
                to first real(word(DIVIDES, i)), graph 1 nohead lc rgb "#CCCCCC" lw 0.8
        }
        set multiplot
        do for [k = 1:PLANES_N] {
            set tmargin at screen 1 - real(word($PLANES[k], 1)) / HEIGHT
            set bmargin at screen 1 - real(word($PLANES[k], 2)) / HEIGHT
            set label 999 word($PLANES[k], 3) at graph 0, graph 1 left offset 0, 0.7
            do for [i = 1:STATES_N] {
                own = $LABELS[(k - 1) * STATES_N + i]
                set label 999 + i word(own, 3) . " " . word(own, 4) . " " . word(own, 5) \
                    at screen (LEFT + INNER + 12) / WIDTH, graph 0.99 - 0.1 * i left \
                    textcolor rgb word(own, 2)
            }
            plot $DATA index k-1 using 1:2:3 with points pt 7 ps 0.25 lc rgb variable
            # Once, not in every plane.
            unset label
        }
        unset multiplot
    }

    if (FORM eq "heat") {
        unset grid
        set border 0
        set label Y_LABEL at screen 11 / WIDTH, screen (HEIGHT - TOP + BOTTOM) / 2 / HEIGHT center \
            rotate by 90
        set cbrange [0:TOP_VALUE]
        set xtics ()
        set ytics ()
        do for [i = 1:fields(COLUMNS, "|")] { set xtics add (field(COLUMNS, "|", i) i - 1) }
        do for [i = 1:fields(ROWS, "|")] { set ytics add (field(ROWS, "|", i) i - 1) }
        set xrange [-0.5:fields(COLUMNS, "|") - 0.5]
        set yrange [-0.5:fields(ROWS, "|") - 0.5]
        set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillstyle solid \
            noborder fillcolor rgb "#EEEEEE"
        plot $DATA using (valid(3) ? $1 : NaN):2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror \
                fillstyle solid noborder fillcolor palette, \
            $DATA using 1:2:5:($4 > 0 ? 0xFFFFFF : 0) with labels textcolor rgb variable
    }

    if (FORM eq "rows") {
        count = words(NAMES)
        set yrange [-0.6:count - 0.4]
        unset ytics
        set tmargin at screen 1 - (TOP + HEADING) / HEIGHT
        step = (HEIGHT - TOP - HEADING - BOTTOM) / (count + 0.2)
        do for [i = 1:count] {
            set label word(NAMES, i) at screen (LEFT - 8) / WIDTH, \
                screen 1 - (TOP + HEADING + step * (i - 0.4)) / HEIGHT right \
                textcolor rgb word(INKS, i)
        }
        set multiplot
        share = (INNER + 12) / PANELS_N
        do for [k = 1:PANELS_N] {
            set lmargin at screen (LEFT + (k - 1) * share) / WIDTH
            set rmargin at screen (LEFT + k * share - 12) / WIDTH
            set label 999 field(HEADINGS, "|", k) at graph 0, screen 1 - (TOP + 10) / HEIGHT left
            do for [i = 1:GAPS_N] {
                if (int(word($GAPS[i], 1)) == k) {
                    set label "not measured" at graph 0, first int(word($GAPS[i], 2)) left \
                        offset 0.6, 0 textcolor rgb "#888888"
                }
            }
            if (KIND eq "rounds") {
                plot $DOTS using 1:2:(0x90000000 + $3) with points pt 7 ps 0.35 lc rgb variable, \
                    $DATA index k-1 using 5:1:($3-$5):(0):7 with vectors nohead lc rgb variable, \
                    $DATA index k-1 using 4:1:($6-$4):(0):7 with vectors nohead lc rgb variable, \
                    $DATA index k-1 using 2:1:3:4:($1-0.31):($1+0.31):7 with boxxyerror \
                        fillstyle empty lc rgb variable, \
                    $DATA index k-1 using 2:($1-0.31):(0):(0.62):7 with vectors nohead lw 2.6 \
                        lc rgb variable
            }
            if (KIND eq "bars") {
                plot $DATA index k-1 using 2:1:(0):2:($1-0.35):($1+0.35):5 with boxxyerror \
                        fillstyle solid noborder fillcolor rgb variable, \
                    $DATA index k-1 using 2:1:3:4 with xerrorbars lc rgb "white" lw 3 pt 0, \
                    $DATA index k-1 using 2:1:3:4 with xerrorbars lc rgb "#222222" lw 1.2 pt 0, \
                    $DATA index k-1 using 4:1:(strcol(7)) with labels left offset 0.6, 0 \
                        textcolor rgb "#333333"
            }
            if (KIND eq "quantiles") {
                plot $DATA index k-1 using 2:1:($4-$2):(0):6 with vectors nohead lw 1.4 \
                        lc rgb variable, \
                    $DATA index k-1 using 2:1:6 with points pt 7 ps 0.9 lc rgb variable, \
                    $DATA index k-1 using 3:($1-0.3):(0):(0.6):6 with vectors nohead lw 1.8 \
                        lc rgb variable, \
                    $DATA index k-1 using 4:1:(">"):6 with labels offset 0.3, 0 \
                        textcolor rgb variable, \
                    $DATA index k-1 using 4:1:(strcol(8) . " pauses") with labels left offset 1.4, 0
            }
            # Once, not in every panel.
            unset label
        }
        unset multiplot
    }

    set output
    MOVED = system("mv -fT -- " . shell(WAITING) . " " . shell(WRITTEN) . " 2>/dev/null && echo 1")
    if (MOVED ne "1") {
        print "plot.gp: ", WRITTEN, ": cannot be written"
        exit status 1
    }
    set print "-"
    print WRITTEN
    unset print
}
