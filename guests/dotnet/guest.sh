# shellcheck shell=sh
# What the guests on .NET 10 and 11 have in common; read by their `guest`, which says where the
# sources are: sources=FOLDER.
wanted=10

# What a user set for other programs of the runtime would change how this one runs.
for name in $(env | sed -n 's/^\(DOTNET_[A-Za-z0-9_]*\|COMPlus_[A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
    DOTNET_ROOT*) ;;
    *) unset "$name" ;;
    esac
done
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

# What was called 30 times is compiled again at once, not first when a tenth of a second was quiet.
export DOTNET_TC_CallCountingDelayMs=0

check_sdk() {
    get="install the SDK of .NET $wanted, package dotnet-sdk-$wanted.0:"
    get="$get https://dotnet.microsoft.com/download"
    if ! command -v dotnet >/dev/null 2>&1; then
        echo "there is no dotnet in PATH; $get"
        return 1
    fi
    sdk=$(dotnet --list-sdks 2>/dev/null | sed -n "s/^\($wanted\.[^ ]*\).*/\1/p" | tail -n 1)
    if [ -z "$sdk" ]; then
        echo "dotnet has no SDK of .NET $wanted; $get"
        return 1
    fi
    echo "SDK $sdk"
}

# build_as FOLDER BUILT_BY OPTION...: by dotnet build with these; packages are in NUGET_PACKAGES.
build_as() {
    folder=$1
    built_by=$2
    shift 2
    if [ -f "$folder/bin/guest.dll" ] &&
        [ "$(cat "$folder/built-by" 2>/dev/null)" = "$built_by" ] &&
        [ -z "$(find "$sources" "$(dirname "$0")" -newer "$folder/built-by")" ]; then
        return
    fi
    mkdir -p "$folder"
    # The sources may be where nothing can be written.
    rm -rf "$folder/source"
    mkdir "$folder/source"
    cp "$sources"/*.cs "$sources"/*.csproj "$sources"/nuget.config "$folder/source"
    export DOTNET_CLI_HOME="$folder" NUGET_PACKAGES
    dotnet build "$folder/source/guest.csproj" --configuration Release --output "$folder/bin" \
        --disable-build-servers --verbosity quiet -nologo -maxCpuCount:1 "$@"
    echo "$built_by" >"$folder/built-by"
}

set_nursery() {
    if [ -n "${VTB_GUEST_NURSERY:-}" ]; then
        DOTNET_GCgen0size=0x$(printf '%x' "$VTB_GUEST_NURSERY")
        DOTNET_GCGen0MaxBudget=$DOTNET_GCgen0size # or it grows with what survives, up to 6 MB
        export DOTNET_GCgen0size DOTNET_GCGen0MaxBudget
    fi
}
