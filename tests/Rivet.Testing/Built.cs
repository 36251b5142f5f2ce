namespace Rivet.Testing;

/// <summary>The programs as they were built beside these tests, in the same configuration.</summary>
public static class Built
{
    /// <summary>The path of a project's program.</summary>
    public static string Program(string project, string program)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "bin", project, configuration, program);
    }
}
