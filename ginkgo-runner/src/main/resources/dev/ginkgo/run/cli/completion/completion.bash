# Completion of ginkgo for bash and zsh: source <(ginkgo completion bash), or zsh

# Prints the names of daemons: with "running", of those whose pidfile has a pid.
_ginkgo_daemons() {
    local file pid
    for file in "${XDG_STATE_HOME:-$HOME/.local/state}"/ginkgo/*.pid /run/ginkgo/*.pid; do
        [ -r "$file" ] || continue
        pid=
        read -r pid <"$file"
        [ "$1" = all ] || [ -n "$pid" ] || continue
        file=${file##*/}
        echo "${file%.pid}"
    done
}

_ginkgo() {
    # As bash: arrays begin with 0, unquoted words are split, patterns without a match stay.
    [ -z "${ZSH_VERSION-}" ] || setopt localoptions ksharrays shwordsplit nonomatch
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command='' each i
    local options='' texts='' files='' words='' operands=''
    local IFS=$' \t\n'
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -*) ;;
            *)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done
    case $command in
        '')
            options='--help --version'
            words='@COMMANDS@'
            operands=targets
            ;;
@CASES@    esac
    COMPREPLY=()
    case $texts in *" $before "*) return ;; esac
    case $files in
        *" $before "*)
            IFS=$'\n'
            COMPREPLY=($(compgen -f -- "$word"))
            return
            ;;
    esac
    case $word in
        -*)
            COMPREPLY=($(compgen -W "$options" -- "$word"))
            return
            ;;
    esac
    case $operands in
        running_daemons) words="$words $(_ginkgo_daemons running)" ;;
        daemons) words="$words $(_ginkgo_daemons all)" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [ "$operands" = targets ]; then
        IFS=$'\n'
        for each in $(compgen -f -- "$word"); do
            if [ -d "$each" ]; then
                COMPREPLY+=("$each/")
            else
                case $each in *.java | *.toml) COMPREPLY+=("$each") ;; esac
            fi
        done
    fi
}

complete -F _ginkgo ginkgo
