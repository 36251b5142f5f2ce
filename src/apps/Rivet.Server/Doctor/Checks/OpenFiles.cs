using System.Globalization;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The running server may hold a connection for everybody: each is an open file.</summary>
internal sealed class OpenFiles : ICheck
{
    private const long Least = 1024;
    private const long Comfortable = 4096;

    public string Id => "files.open";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (patient.Running is not { } running)
        {
            return ValueTask.FromResult(Finding.NotProven("NotRunning"));
        }

        return ValueTask.FromResult(ProcessLimits.Read(patient.Machine, running, "Max open files") switch
        {
            null => Finding.Passing("Unlimited"),
            < Least and var few => Finding.Failing("Few", few),
            < Comfortable and var some => Finding.Attention("Some", some),
            var many => Finding.Passing("Many", many),
        });
    }
}

/// <summary><c>/proc/PID/limits</c>: name, soft and hard limit, unit, in columns.</summary>
internal static class ProcessLimits
{
    /// <summary>The soft limit; null when there is none.</summary>
    /// <exception cref="FileNotFoundException">The process has ended, or the kernel does not say.</exception>
    public static long? Read(Machine machine, RunningServer running, string name)
    {
        var line = machine.Lines(running.Folder + "/limits").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            ?? throw new FileNotFoundException($"{running.Folder}/limits: {name}");
        return line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0] is var soft && long.TryParse(soft, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
    }
}
