using BenchmarkDotNet.Running;

// ./run.sh bench runs all; arguments are BenchmarkDotNet's: --filter '*IoPath*', --job short, --list flat.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
