# shellcheck shell=bash
# Completion of run_bench's command line for bash: what follows from the table of options, which the
# build puts in front of this (`documents bash`).

# Adds the paths that begin with `part` to `candidates`, each behind `head`: compgen says of which kind.
_run_bench_add_paths() {
    local head=$1 part=$2 kind=$3
    mapfile -t -O ${#candidates[@]} candidates < <(compgen -P "$head" "$kind" -- "$part")
    compopt -o filenames
}

# Sets `candidates` to the values, each behind `head`, that begin with what is typed of one.
_run_bench_add_values() {
    local head=$1 part=$2 last=${2##*,} each
    case $kind in
    word) mapfile -t candidates < <(compgen -P "$head" -W "$values" -- "$part") ;;
    list)
        compopt -o nospace
        for each in $values; do
            [[ $each == "$last"* && ,$part != *",$each,"* ]] &&
                candidates+=("$head${part%"$last"}$each")
        done
        if [[ $with_files && $last == [./]* ]]; then
            _run_bench_add_paths "$head${part%"$last"}" "$last" -f
        fi
        ;;
    file) _run_bench_add_paths "$head" "$part" -f ;;
    folder) _run_bench_add_paths "$head" "$part" -d ;;
    esac
}

# Sets `candidates` to what may stand in the place of `typed` as words of a command without an option.
_run_bench_add_arguments() {
    local place=$1 expected
    read -ra expected <<<"$arguments"
    case ${expected[place]-} in
    [[:lower:]]*) mapfile -t candidates < <(compgen -W "${expected[place]//|/ }" -- "$typed") ;;
    *) _run_bench_add_paths '' "$typed" -f ;;
    esac
}

_run_bench() {
    local line=${COMP_LINE:0:COMP_POINT}
    local typed=${line##*[[:space:]]} first=1 command=run option='' head='' each
    local commands options arguments kind='' values='' with_files='' optional=''
    local -a words candidates=()
    read -ra words <<<"${line%"$typed"}"
    COMPREPLY=()

    [[ ${words[1]-} != help ]] || first=2
    if ((${#words[@]} == first)) && [[ $typed != -* ]]; then
        _run_bench_commands
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$typed")
        return
    fi
    ! _run_bench_command "${words[first]-}" || command=${words[first]}
    _run_bench_command "$command"

    if [[ $typed == --*=* ]]; then
        option=${typed%%=*}
        head=$option=
    elif ((${#words[@]} > 1)); then
        option=${words[-1]}
    fi
    _run_bench_value "$command" "$option" || kind=flag
    [[ ! $optional || $typed == [!-]* ]] || kind=flag
    if [[ $kind != flag ]]; then
        _run_bench_add_values "$head" "${typed#"$head"}"
    elif [[ $arguments && $typed != -* ]]; then
        _run_bench_add_arguments $((${#words[@]} - first - 1))
    else
        mapfile -t candidates < <(compgen -W "$options" -- "$typed")
    fi

    # Readline replaces what stands behind the last of its breaks, as = is; an @ goes with it.
    head=${typed%"${typed##*["$COMP_WORDBREAKS"]}"}
    head=${head%@}
    for each in "${candidates[@]}"; do
        COMPREPLY+=("${each#"$head"}")
    done
}

complete -F _run_bench run_bench
