using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Rivet.Cryptography.Pkcs11;

namespace Rivet.KeyServer;

/// <summary>The command line: <c>rivet keyserver init|key|kill|restore|credential|run</c>.</summary>
internal static class KeyServerCommand
{
    /// <summary>Where devices ask, unless told otherwise.</summary>
    public const int PeoplePort = 8446;

    private const string AccessKeyLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int AccessKeyLength = 20;
    private static readonly Option<string> Folder = new("--folder") { Description = Words.Of("option.folder"), DefaultValueFactory = _ => "keyserver", Recursive = true };

    public static RootCommand Create(TextWriter output, TextWriter error) => new(Words.Of("command"))
    {
        Folder,
        Init(output, error),
        Group("key", KeyAdd(output, error), KeyList(output, error), KeySet("enable", KeyState.Enabled, output, error), KeySet("disable", KeyState.Disabled, output, error), KeySet("destroy", KeyState.Destroyed, output, error)),
        Switch("kill", isKilled: true, output, error),
        Switch("restore", isKilled: false, output, error),
        Group("credential", CredentialAdd(output, error), CredentialList(output, error), CredentialRemove(output, error)),
        PeopleCommand.Create(output, error),
        MessageKeyCommand.Create(output, error),
        Run(output, error),
    };

    private static Command Init(TextWriter output, TextWriter error)
    {
        var prefix = new Option<string>("--prefix") { Description = Words.Of("option.prefix"), DefaultValueFactory = _ => "" };
        var region = new Option<string>("--region") { Description = Words.Of("option.region"), DefaultValueFactory = _ => "rivet" };
        var library = new Option<string>("--library") { Description = Words.Of("option.library"), Required = true };
        var token = new Option<string>("--token") { Description = Words.Of("option.token"), Required = true };
        var pin = new Option<string?>("--pin-file") { Description = Words.Of("option.pin-file") };
        var host = new Option<string>("--host") { Description = Words.Of("option.host"), Required = true };
        return Of("init", "init", [host, library, token, pin, prefix, region], error, async parsed =>
        {
            var settings = new KeyServerSettings
            {
                Prefix = parsed.GetValue(prefix)!,
                Region = parsed.GetValue(region)!,
                Library = parsed.GetValue(library)!,
                Token = parsed.GetValue(token)!,
                PinFile = parsed.GetValue(pin) is { } file ? Path.GetFullPath(file) : null,
                Host = parsed.GetValue(host),
            };
            using var folder = KeyServerFolder.Create(PathOf(parsed), settings, TimeProvider.System);
            OwnCertificate.Make(folder, parsed.GetValue(host)!, TimeProvider.System);
            await WriteCredentialAsync(folder, output);
            await error.WriteLineAsync(Words.Of("init.done", folder.Certificate));
        });
    }

    private static Command KeyAdd(TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("NAME") { Description = Words.Of("argument.key") };
        return Of("add", "key.add", [name], error, async parsed =>
        {
            var wanted = parsed.GetValue(name)!;
            using var folder = Open(parsed);
            using var module = folder.Module(TimeProvider.System);
            if (!KeyDesk.IsName(wanted) || folder.Book.Find(wanted) is not null)
            {
                throw new KeyServerException(Words.Of(KeyDesk.IsName(wanted) ? "key.known" : "key.wrong", wanted));
            }

            if (module.FindKey(KeyDesk.HealthKey, ModuleKeyUse.Encrypt) is { IsOk: false } health)
            {
                Need(health.Refusal == ModuleRefusal.NotFound ? Make(module, KeyDesk.HealthKey) : health, module);
            }

            Need(Make(module, KeyDesk.Label(wanted)), module);
            folder.Book.Add(wanted);
            await output.WriteLineAsync(wanted);
        });

        static Kernel.Result<ModuleKey, ModuleRefusal> Make(KeyModule module, string label)
            => module.MakeKey(label, RandomNumberGenerator.GetBytes(16), ModuleKeyUse.Encrypt);

        static void Need(Kernel.Result<ModuleKey, ModuleRefusal> made, KeyModule module)
        {
            if (!made.TryGet(out _, out var why))
            {
                throw new KeyServerException(why is ModuleRefusal.Unavailable ? module.State.Reason : Words.Of("key.refused", why));
            }
        }
    }

    private static Command KeyList(TextWriter output, TextWriter error) => Of("list", "key.list", [], error, async parsed =>
    {
        using var folder = Open(parsed);
        foreach (var key in folder.Book.All())
        {
            await output.WriteLineAsync($"{key.Name}\t{Words.Of($"state.{key.State}")}{(key.IsKilled ? " " + Words.Of("state.killed") : "")}");
        }
    });

    private static Command KeySet(string word, KeyState state, TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("NAME") { Description = Words.Of("argument.key") };
        return Of(word, $"key.{word}", [name], error, async parsed =>
        {
            using var folder = Open(parsed);
            var key = parsed.GetValue(name)!;
            if (!folder.Book.Set(key, state))
            {
                throw new KeyServerException(Words.Of("key.missing", key));
            }

            await output.WriteLineAsync(Words.Of($"key.{word}.done", key, KeyDesk.Label(key)));
        });
    }

    private static Command Switch(string word, bool isKilled, TextWriter output, TextWriter error)
    {
        var name = new Argument<string?>("NAME") { Description = Words.Of("argument.key-or-all"), Arity = ArgumentArity.ZeroOrOne };
        return Of(word, word, [name], error, async parsed =>
        {
            using var folder = Open(parsed);
            var key = parsed.GetValue(name);
            var count = folder.Book.Kill(key, isKilled);
            if (key is null)
            {
                folder.MessageKeys.Stop(isKilled);
            }

            if (key is not null && count == 0)
            {
                throw new KeyServerException(Words.Of("key.missing", key));
            }

            await output.WriteLineAsync(Words.Of($"{word}.done", count));
        });
    }

    private static Command CredentialAdd(TextWriter output, TextWriter error) => Of("add", "credential.add", [], error, async parsed =>
    {
        using var folder = Open(parsed);
        await WriteCredentialAsync(folder, output);
    });

    private static Command CredentialList(TextWriter output, TextWriter error) => Of("list", "credential.list", [], error, async parsed =>
    {
        using var folder = Open(parsed);
        foreach (var key in folder.Book.AccessKeys())
        {
            await output.WriteLineAsync(key);
        }
    });

    private static Command CredentialRemove(TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("ACCESSKEY") { Description = Words.Of("argument.access-key") };
        return Of("remove", "credential.remove", [name], error, async parsed =>
        {
            using var folder = Open(parsed);
            var key = parsed.GetValue(name)!;
            await output.WriteLineAsync(folder.Book.Remove(key) ? Words.Of("credential.remove.done", key) : throw new KeyServerException(Words.Of("credential.missing", key)));
        });
    }

    private static Command Run(TextWriter output, TextWriter error)
    {
        var port = new Option<int>("--port") { Description = Words.Of("option.port"), DefaultValueFactory = _ => 8445 };
        var address = new Option<string>("--address") { Description = Words.Of("option.address"), DefaultValueFactory = _ => "127.0.0.1" };
        var certificate = new Option<string?>("--certificate") { Description = Words.Of("option.certificate") };
        var key = new Option<string?>("--certificate-key") { Description = Words.Of("option.certificate-key") };
        var people = new Option<int?>("--people-port") { Description = Words.Of("option.run-people-port") };
        var lifetime = new Option<int>("--key-minutes") { Description = Words.Of("option.key-minutes"), DefaultValueFactory = _ => 15 };
        var origins = new Option<string[]>("--origin") { Description = Words.Of("option.origin"), DefaultValueFactory = _ => [], Arity = ArgumentArity.OneOrMore };
        return Of("run", "run", [port, address, certificate, key, people, lifetime, origins], error, async parsed =>
        {
            using var folder = Open(parsed);
            using var module = folder.Module(TimeProvider.System);
            var where = IPAddress.TryParse(parsed.GetValue(address), out var ip) ? ip : throw new KeyServerException(Words.Of("address.wrong"));
            var own = parsed.GetValue(certificate) is null;
            using var shown = OwnCertificate.Read(own ? folder.Certificate : parsed.GetValue(certificate)!, own ? folder.CertificateKey : parsed.GetValue(key));
            if (!module.Check().IsReady)
            {
                // It starts all the same: the module may come later, and the switch must work meanwhile.
                await error.WriteLineAsync(module.State.Reason);
            }

            await using var app = XksServer.Build(folder, module, where, parsed.GetValue(port), shown, TimeProvider.System);
            await app.StartAsync();
            await output.WriteLineAsync(Words.Of("run.ready", app.Urls.First() + folder.UriPath));
            await using var devices = parsed.GetValue(people) is { } peoplePort
                ? PeopleServer.Build(folder, module, PeopleSettings(parsed, where, peoplePort, lifetime, origins), shown, TimeProvider.System)
                : null;
            if (devices is not null)
            {
                await devices.StartAsync();
                await output.WriteLineAsync(Words.Of("run.people", devices.Urls.First()));
            }

            await app.WaitForShutdownAsync();
        });
    }

    private static PeopleServerSettings PeopleSettings(ParseResult parsed, IPAddress address, int port, Option<int> lifetime, Option<string[]> origins)
    {
        var minutes = parsed.GetValue(lifetime);
        if (minutes is < 1 or > 24 * 60)
        {
            throw new KeyServerException(Words.Of("key-minutes.wrong"));
        }

        return new PeopleServerSettings { Address = address, Port = port, Lifetime = TimeSpan.FromMinutes(minutes), Origins = PageOrigins.Read(parsed.GetValue(origins)!) };
    }

    /// <summary>What the other side is told, in the form of the specification ("XKS proxy configuration"), with the region beside it.</summary>
    private static async Task WriteCredentialAsync(KeyServerFolder folder, TextWriter output)
    {
        var accessKey = RandomNumberGenerator.GetString(AccessKeyLetters, AccessKeyLength);
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        folder.Book.Add(accessKey, secret);
        await output.WriteLineAsync(JsonSerializer.Serialize(
            new
            {
                XksProxyUriPath = folder.UriPath,
                XksProxyAuthenticationCredential = new { AccessKeyId = accessKey, RawSecretAccessKey = secret },
                Region = folder.Settings.Region,
            },
            new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    public static Command Group(string name, params Command[] commands)
    {
        var group = new Command(name, Words.Of($"command.{name}"));
        Array.ForEach(commands, group.Subcommands.Add);
        return group;
    }

    public static Command Of(string name, string text, Symbol[] takes, TextWriter error, Func<ParseResult, Task> run)
    {
        var command = new Command(name, Words.Of($"command.{text}"));
        foreach (var symbol in takes)
        {
            if (symbol is Option option)
            {
                command.Options.Add(option);
            }
            else
            {
                command.Arguments.Add((Argument)symbol);
            }
        }

        command.SetAction(async (parsed, _) =>
        {
            try
            {
                await run(parsed);
                return 0;
            }
            catch (Exception exception) when (exception is KeyServerException or IOException or UnauthorizedAccessException or SqliteException)
            {
                await error.WriteLineAsync($"rivet keyserver: {exception.Message}");
                return 1;
            }
        });
        return command;
    }

    public static KeyServerFolder Open(ParseResult parsed) => KeyServerFolder.Open(PathOf(parsed), TimeProvider.System);

    private static string PathOf(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(Folder)!);
}
