using System.CommandLine;
using System.Globalization;
using System.Runtime.Versioning;
using Rivet.KeyServer;

[assembly: SupportedOSPlatform("linux")]

CultureInfo.CurrentUICulture = Words.LanguageOf(Environment.GetEnvironmentVariable("LC_ALL") ?? Environment.GetEnvironmentVariable("LANG"));
return await KeyServerCommand.Create(Console.Out, Console.Error).Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
