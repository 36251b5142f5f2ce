namespace Rivet.Testing;

/// <summary>The programs as they were built beside these tests, in the same configuration.</summary>
public static class Built
{
    /// <summary>The path of a project's program; of the server, the one that <c>RIVET_TRIED_SERVER</c> names, where a release is tried.</summary>
    public static string Program(string project, string program)
    {
        if (project == "Rivet.Server" && Environment.GetEnvironmentVariable("RIVET_TRIED_SERVER") is { Length: > 0 } tried)
        {
            return tried;
        }

        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "bin", project, configuration, program);
    }
}
