using System.CommandLine;
using System.Globalization;
using System.Runtime.Versioning;
using Rivet.Verify;

[assembly: SupportedOSPlatform("linux")]

CultureInfo.CurrentUICulture = Words.LanguageOf(Environment.GetEnvironmentVariable("LC_ALL") ?? Environment.GetEnvironmentVariable("LANG"));
var parsed = VerifyCommand.Create(Console.Out, Console.Error).Parse(args);
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

// 1 is the code of a finding: a command that was not understood must not look like one.
return parsed.Errors.Count > 0 ? ExitCode.CannotJudge : code;
