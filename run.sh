#!/usr/bin/env bash
# The one command.
#   ./run.sh                 run profiles/smoke.yaml
#   ./run.sh test [NAME]     all tests, or those whose full name contains NAME; the last line counts them
#   ./run.sh nightly [NAME]  the long tests, which "test" leaves out
#   ./run.sh bench [ARG ...] how fast the suite itself is, as a table; with arguments single benchmarks (BenchmarkDotNet's: --filter '*IoPath*' --inProcess)
#   ./run.sh WORD ...        the program itself: run, plan, report, compare, baseline, bundle, verify, list, explain, defects, inspect, --help
# It builds only when the sources are not those of the last build, and needs nothing but the .NET SDK that global.json names.
set -euo pipefail
# While something is built or tested; the program has its own way.
trap 'exit 130' INT
trap 'exit 143' TERM

cannot() { # what is missing and what to do about it: nothing has run
    printf 'run.sh: %s\n' "$@" >&2
    exit 69
}

install='Install the .NET SDK 10.0 (package dotnet-sdk-10.0, or https://dot.net/download), put it in PATH and try again.'
command -v dotnet >/dev/null || cannot 'dotnet is not in PATH.' "$install"

self=${BASH_SOURCE[0]}
[[ $self == */* ]] || self=./$self
[[ ! -L $self ]] || self=$(readlink -f -- "$self")
root=$(cd -- "${self%/*}" >/dev/null && pwd -P)
artifacts=$root/artifacts

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off
[[ -w ${HOME:-/nowhere} ]] || { export HOME=$artifacts/home && mkdir -p "$HOME"; }

# The SDK or runtime is looked for beside dotnet itself, which is quick; where it hides behind a wrapper, dotnet is asked.
require() { # sdk | shared/Microsoft.NETCore.App
    local host version
    host=$(readlink -f -- "$(command -v dotnet)")
    if [[ -d ${host%/*}/$1 ]]; then
        for version in "${host%/*}/$1"/10.0.*; do [[ -d $version ]] && return; done
        version=$(printf '%s ' $(ls "${host%/*}/$1"))
    else
        version=$(cd "$root" && dotnet --version 2>/dev/null) || version=
        [[ $version != 10.0.* ]] || return 0
    fi
    cannot "global.json asks for the .NET SDK 10.0.100 or a later 10.0; $(command -v dotnet) has ${version:-none that fits}." "$install"
}

sources() { # a digest of everything the build reads
    cd "$root"
    { find src suites profiles/conformance.yaml -type f ! -name '*.md' -print0 2>/dev/null || true; find . -maxdepth 1 -type f ! -name '*.md' ! -name run.sh -print0; } |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

dotnet_quietly() { # output only if it fails; the compiler server that stays behind must hold neither our lock nor our output
    local log=$artifacts/build.log
    dotnet "$@" --nologo -v q >"$log" 2>&1 </dev/null 9>&- && return
    # A package index without the ahead-of-time compiler is no reason to stop, nor is a compiler that finds no way: the program then
    # starts later. Not half: code compiled ahead without the framework's was seen to abort.
    if grep -qiE 'NU110[0-9].*(crossgen2|netcore\.app\.runtime)|CrossGen\.targets' "$log"; then
        rm -rf "$artifacts/program"
        dotnet "$@" --nologo -v q -p:PublishReadyToRunComposite=false -p:PublishReadyToRun=false >"$log" 2>&1 </dev/null 9>&- && return
    fi
    # The compiler repeats its messages at the end, each with the name of the project.
    { grep -E ': (error|warning) ' "$log" || cat "$log"; } | sed 's/ \[[^]]*\]$//' | awk '!seen[$0]++' >&2
    printf 'run.sh: the build failed; everything it said is in %s\n' "$log" >&2
    exit 70
}

build() { # name of the stamp, file that must come out, arguments of dotnet
    local stamp=$artifacts/$1.stamp product=$2 now
    shift 2
    now=$(sources)
    is_built() { [[ -f $product && -f $stamp && $(<"$stamp") == "$now" ]]; }
    is_built && return
    require sdk
    mkdir -p "$artifacts"
    exec 9>"$artifacts/lock"
    if command -v flock >/dev/null; then flock 9; fi
    if ! is_built; then
        [[ ! -t 2 ]] || printf 'run.sh: building ...\r' >&2
        # What an earlier build left must not be beside what this one makes.
        [[ $1 != publish ]] || rm -rf "$artifacts/program"
        (cd "$root" && dotnet_quietly "$@") || exit
        [[ -f $product ]] || { printf 'run.sh: the build left no %s\n' "$product" >&2; exit 70; }
        printf '%s\n' "$now" >"$stamp"
    fi
    exec 9>&-
}

run_tests() { # filter, name or nothing
    local filter=$1 project dll log=$artifacts/test.log status=0 passed failed skipped
    [[ -z ${2:-} ]] || filter="$filter&FullyQualifiedName~$2"
    build test "$artifacts/bin/Conformance.Self/release/Conformance.Self.dll" build Conformance.sln -c Release
    : >"$log"
    while read -r project; do
        dll=$(basename "$project" .csproj)
        dll=$artifacts/bin/$dll/release/$dll.dll
        dotnet test "$dll" --nologo --filter "$filter" --logger 'console;verbosity=minimal' --results-directory "$artifacts/results" \
            </dev/null 2>&1 | tee -a "$log" || status=1
    done < <(grep -l '<IsTestProject>true' "$root"/suites/*/*.csproj)
    total() { sed -nE "s/^[A-Z][a-z]+! .* $1: *([0-9]+).*/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'; }
    passed=$(total Passed) failed=$(total Failed) skipped=$(total Skipped)
    if ((status != 0 && failed == 0)); then
        echo 'run.sh: the test program ended without a result, which counts as a failure.'
        failed=1
    fi
    ((failed == 0)) || status=1
    ((passed + failed > 0)) || status=2
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit $status
}

program=$artifacts/program/Conformance.Runner.dll
# In folders of its own and without the analyzers, which take as long as the compiler: they look at the same sources in the build that is tested.
build_program() {
    build run "$program" publish src/Runner -c Release -o "$artifacts/program" -p:ArtifactsPath="$artifacts/unanalyzed" \
        -p:RunAnalyzers=false -p:PublishReadyToRunComposite=true
}

# Whether figures are true and what comparisons are worth, which the tests then judge. By the program alone: what a test host does beside it taints a
# third of the samples.
measure_figures() {
    local out=$artifacts/nightly
    rm -rf "$out"
    mkdir -p "$out"
    keep() {
        local name=$1 code=0
        shift
        "$root/run.sh" "$@" >"$out/$name.txt" 2>"$out/$name.errors" </dev/null || code=$?
        echo "exit $code" >>"$out/$name.txt"
    }
    local same=$root/profiles/ab.yaml slower=$out/slower.yaml
    printf 'extends: %s\ndevice: { sim: { timing: { suspend: 2.4ms } } }\n' "$same" >"$slower"
    keep calibrate calibrate
    keep slower compare --ab "$same" "$slower" --repeat 40
    keep same compare --ab "$same" "$same" --repeat 200
}

run_benchmarks() {
    local dll=$artifacts/bin/Conformance.Performance/release/Conformance.Performance.dll
    build test "$dll" build Conformance.sln -c Release
    if (($# == 0)); then
        # The program is measured too, as it is started.
        build_program
        exec dotnet "$dll" --table "$root"
    fi
    cd "$root/suites/Performance" # where BenchmarkDotNet finds the project that it builds
    exec dotnet "$dll" --artifacts "$artifacts/benchmarks" "$@"
}

case ${1-} in
    bench) shift && run_benchmarks "$@" ;;
    test) run_tests 'TestCategory!=Nightly' "${2-}" ;;
    nightly)
        [[ TrueFiguresTests != *"${2-}"* ]] || measure_figures
        run_tests 'TestCategory=Nightly' "${2-}"
        ;;
    '') set -- run "$root/profiles/smoke.yaml" ;;
esac

require shared/Microsoft.NETCore.App
build_program
# Where it brings its runtime along it is a program of its own.
! grep -q includedFrameworks "${program%.dll}.runtimeconfig.json" || exec "${program%.dll}" "$@"
exec dotnet "$program" "$@"
