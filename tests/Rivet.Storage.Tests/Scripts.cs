using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Rivet.Storage.Tests;

/// <summary>Scripts of this assembly, by the folder under Migrations; and a look at a store's file past the store.</summary>
internal static class Scripts
{
    public static Action<IServiceCollection> With(params string[] owners)
        => services => Array.ForEach(owners, owner => services.AddSingleton(Of(owner)));

    /// <summary>An assembly made on the spot cannot carry resources; scripts are chosen by the folder in their name.</summary>
    public static MigrationSource Of(string owner) => new(owner, new FolderAssembly(owner));

    public static object? Ask(string data, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={StoreFile.PathIn(data)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private sealed class FolderAssembly(string folder) : Assembly
    {
        private static readonly Assembly Own = typeof(Scripts).Assembly;

        public override string[] GetManifestResourceNames()
            => [.. Own.GetManifestResourceNames().Where(name => name.Contains($".Migrations.{folder}.", StringComparison.Ordinal))];

        public override Stream? GetManifestResourceStream(string name) => Own.GetManifestResourceStream(name);
    }
}
