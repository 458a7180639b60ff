# Completion of run_bench's command line for zsh: what follows from the table of options, which the
# build puts in front of this (`documents zsh`).

_run_bench() {
    local command=run
    local -a commands specs
    _run_bench_commands
    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
        commands+=('help:the options of a command')
        _describe -t commands command commands
        return
    fi
    if [[ $words[2] == help ]]; then
        (( CURRENT > 3 )) || _describe -t commands command commands
        return
    fi
    if _run_bench_specs "$words[2]"; then
        words[2]=()
        (( CURRENT-- ))
    else
        _run_bench_specs run
    fi
    _arguments $specs
}

_run_bench "$@"
