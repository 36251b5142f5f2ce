using Xunit;

namespace Rivet.Testing;

/// <summary>External test material beside the repository; a user's clone does not have it, CI must.</summary>
public static class Fixtures
{
    /// <summary>Finds a fixture. Outside CI a missing one skips the test by name; in CI it fails.</summary>
    public static string Require(string relativePath)
    {
        var root = RepositoryRoot();
        var path = System.IO.Path.Combine(root, "..", "shared", "fixtures", relativePath);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", $"fixture {relativePath} is not beside this clone");
            Assert.Fail($"fixture {relativePath} is missing");
        }

        return System.IO.Path.GetFullPath(path);
    }

    /// <summary>The folder that holds the launcher.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Rivet.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
