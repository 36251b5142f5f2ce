using System.CommandLine;
using System.Globalization;
using System.Runtime.Versioning;
using Rivet.Witness;

[assembly: SupportedOSPlatform("linux")]

CultureInfo.CurrentUICulture = Words.LanguageOf(Environment.GetEnvironmentVariable("LC_ALL") ?? Environment.GetEnvironmentVariable("LANG"));
return await WitnessCommand.Create(Console.Out, Console.Error).Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
