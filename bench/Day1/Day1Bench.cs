namespace Rivet.Bench.Day1;

/// <summary>The numbers of the first day with users: what they feel at the chat, and what a backup costs beside them.</summary>
internal static class Day1Bench
{
    /// <summary>Whether a name is the first day or a part of it.</summary>
    public static bool Knows(string name) => name is "day1" or "day1.chat" or "day1.backup";

    public static async Task<int> RunAsync(string name, Report report)
    {
        // The chat first: measuring the backup leaves this process, and whatever it starts, one core.
        if (name is not "day1.backup")
        {
            await InFolderAsync(folder => ChatBench.MeasureAsync(report, folder));
        }

        if (name is not "day1.chat")
        {
            await InFolderAsync(folder => BackupBench.MeasureAsync(report, folder));
        }

        report.Write();
        return 0;
    }

    private static async Task InFolderAsync(Func<string, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("rivet-bench-");
        try
        {
            await measure(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
