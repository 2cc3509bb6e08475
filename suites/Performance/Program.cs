using BenchmarkDotNet.Running;
using Conformance.Performance;

// ./run.sh bench makes the table; arguments are BenchmarkDotNet's: --filter '*IoPath*', --job short, --list flat.
if (args is not [TableRun.Option, var root])
{
    BenchmarkSwitcher.FromAssembly(typeof(TableRun).Assembly).Run(args);
    return 0;
}

return TableRun.Run(root);
