using Conformance.Runner;

return (int)App.Run(args, Services.OfProcess());
