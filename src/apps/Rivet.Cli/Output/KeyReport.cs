using System.Globalization;
using Rivet.Cli.Commands;
using Rivet.Wire;

namespace Rivet.Cli;

/// <summary>A company's key for people and for programs. The JSON names are a promise: README.md lists them.</summary>
internal static class KeyReport
{
    public static void Write(Session session, CompanyKeyStanding key)
    {
        var words = session.Words;
        if (key.WithheldMs != 0)
        {
            session.Error.WriteLine(words["keys.withheld", AdminCommands.Local(key.WithheldMs)]);
        }

        if (key.DestroyMs != 0)
        {
            session.Error.WriteLine(words["keys.awaits-destruction", AdminCommands.Local(key.DestroyMs)]);
        }

        Tables.Write(session.Output, ["", words["heading.state"], words["keys.heading-made"], words["keys.heading-keys"]], Tree(words, key));
        if (key.State == CompanyKeyState.CompanyKeyActive && key.ToRewrap > 0)
        {
            session.Output.WriteLine(words["keys.rewrap", key.ToRewrap, key.Versions.Aggregate(key.UnderRoot, (sum, one) => sum + one.Keys)]);
        }

        if (key.Changes.Where(change => change.State == KeyChangeState.KeyChangeOpen).ToList() is { Count: > 0 } open)
        {
            session.Output.WriteLine();
            WriteRequests(session, open);
        }
    }

    public static void WriteRequests(Session session, IEnumerable<AskedKeyChange> changes)
    {
        var words = session.Words;
        Tables.Write(
            session.Output, [words["keys.heading-request"], words["keys.heading-change"], words["heading.state"], words["keys.heading-asked"], words["keys.heading-reason"]],
            changes.Select(change => (IReadOnlyList<string>)
            [
                AdminKeys.IdOf(change.RequestId)[^8..],
                Action(words, change),
                change.State switch
                {
                    KeyChangeState.KeyChangeOpen => words["keys.open-until", AdminCommands.Local(change.UntilMs)],
                    KeyChangeState.KeyChangeApproved => words["keys.approved-by", session.Names.Person(change.DecidedBy), AdminCommands.Local(change.DecidedMs)],
                    KeyChangeState.KeyChangeDeclined => words["keys.declined-by", session.Names.Person(change.DecidedBy), AdminCommands.Local(change.DecidedMs)],
                    KeyChangeState.KeyChangeExpired => words["keys.expired", AdminCommands.Local(change.UntilMs)],
                    _ => change.State.ToString(),
                },
                words["keys.asked-by", session.Names.Person(change.AskedBy), AdminCommands.Local(change.AskedMs)],
                Reason(change),
            ]));
    }

    /// <summary>Why, and whose key service would be used: what an approver must see.</summary>
    public static string Reason(AskedKeyChange change) => Plain.Line(change.Service.Length > 0 ? $"{change.Reason} · {change.Service}" : change.Reason);

    /// <summary>What is asked for, in words.</summary>
    public static string Action(Words words, AskedKeyChange change)
        => words.Has($"keys.action-{change.Action}") ? words[$"keys.action-{change.Action}", change.Version] : change.Action.ToString();

    public static void WriteJson(Session session, CompanyKeyStanding key)
    {
        JsonLine.Write(session.Output, json =>
        {
            json.WriteString("type", "companyKey");
            json.WriteString("root", key.Root);
            json.WriteBoolean("rootIsHardware", key.RootIsHardware);
            json.WriteBoolean("rootAnswers", key.RootFault.Length == 0);
            json.WriteString("state", StateOf(key.State));
            json.Id("key", key.KeyId);
            json.WriteNumber("version", key.Version);
            json.WriteNumber("minimum", key.Minimum);
            json.WriteNumber("underRoot", key.UnderRoot);
            json.WriteNumber("toRewrap", key.ToRewrap);
            if (key.DestroyMs != 0)
            {
                json.Time("destroyed", key.DestroyMs);
            }

            if (key.WithheldMs != 0)
            {
                json.Time("withheld", key.WithheldMs);
            }
        });
        foreach (var version in key.Versions)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "keyVersion");
                json.WriteNumber("version", version.Version);
                json.WriteString("custody", CustodyOf(version.Custody));
                json.Time("made", version.CreatedMs);
                json.WriteNumber("keys", version.Keys);
                if (version.DestroyedMs != 0)
                {
                    json.Time("destroyed", version.DestroyedMs);
                }

                if (version.Service.Length > 0)
                {
                    json.WriteString("service", version.Service);
                }
            });
        }

        foreach (var one in key.Applications)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "application");
                json.WriteString("application", one.Application);
                json.WriteNumber("living", one.Living);
                json.WriteNumber("destroyed", one.Destroyed);
                json.WriteNumber("sealsReserved", one.Seals);
                if (one.OldestMs != 0)
                {
                    json.Time("oldest", one.OldestMs);
                    json.Time("newest", one.NewestMs);
                }
            });
        }

        WriteRequestsJson(session, key);
    }

    public static void WriteRequestsJson(Session session, CompanyKeyStanding key)
    {
        foreach (var change in key.Changes)
        {
            WriteRequestJson(session, change);
        }
    }

    public static void WriteRequestJson(Session session, AskedKeyChange change) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "keyRequest");
        json.Id("request", change.RequestId);
        json.WriteString("action", ActionOf(change.Action));
        json.WriteNumber("version", change.Version);
        json.WriteString("state", change.State.ToString()["KeyChange".Length..].ToLowerInvariant());
        json.WriteString("reason", change.Reason);
        if (change.Service.Length > 0)
        {
            json.WriteString("service", change.Service);
        }

        json.Id("askedBy", change.AskedBy);
        json.Time("asked", change.AskedMs);
        json.Time("until", change.UntilMs);
        json.Id("decidedBy", change.DecidedBy);
        if (change.DecidedMs != 0)
        {
            json.Time("decided", change.DecidedMs);
        }
    });

    /// <summary>The root, the company's key, its versions, and whose data keys are below.</summary>
    private static IEnumerable<IReadOnlyList<string>> Tree(Words words, CompanyKeyStanding key)
    {
        var root = words[key.Root == "module" ? key.RootIsHardware ? "keys.root-hardware" : "keys.root-module" : "keys.root-file"];
        yield return [root, key.RootFault.Length == 0 ? words["keys.root-answers"] : words["keys.root-silent", Plain.Line(key.RootReason)], "", key.UnderRoot > 0 ? Number(key.UnderRoot) : ""];
        if (key.State == CompanyKeyState.CompanyKeyNone)
        {
            yield return [$"└ {words["keys.no-key"]}", "", "", ""];
            yield break;
        }

        yield return [$"└ {words["keys.company-key", AdminKeys.IdOf(key.KeyId)[^8..]]}", words.Kind("keys.state", key.State), "", ""];
        foreach (var version in key.Versions)
        {
            var custody = words.Kind("keys.custody", version.Custody);
            yield return
            [
                $"  ├ {words["keys.version", version.Version]}",
                version.DestroyedMs != 0 ? words["keys.version-destroyed", AdminCommands.Local(version.DestroyedMs)]
                    : version.Version == key.Version ? words["keys.version-wraps", version.Service.Length > 0 ? Plain.Line(version.Service) : custody]
                    : version.Version < key.Minimum ? words["keys.version-refused", custody]
                    : words["keys.version-opens", custody],
                AdminCommands.Local(version.CreatedMs),
                Number(version.Keys),
            ];
        }

        yield return [$"  └ {words["keys.data-keys"]}", "", "", ""];
        foreach (var (one, last) in key.Applications.Select((one, at) => (one, at == key.Applications.Count - 1)))
        {
            yield return
            [
                $"    {(last ? '└' : '├')} {Plain.Line(one.Application)}",
                one.Destroyed > 0 ? words["keys.application-destroyed", one.Destroyed] : "",
                one.NewestMs != 0 ? AdminCommands.Local(one.NewestMs) : "",
                Number(one.Living),
            ];
        }
    }

    private static string Number(ulong number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private static string StateOf(CompanyKeyState state) => state switch
    {
        CompanyKeyState.CompanyKeyNone => "none",
        CompanyKeyState.CompanyKeyActive => "active",
        CompanyKeyState.CompanyKeyDisabled => "disabled",
        CompanyKeyState.CompanyKeyAwaitsDestruction => "awaits-destruction",
        CompanyKeyState.CompanyKeyDestroyed => "destroyed",
        _ => "unknown",
    };

    private static string CustodyOf(KeyCustody custody) => custody switch
    {
        KeyCustody.Vault => "vault",
        KeyCustody.Imported => "imported",
        KeyCustody.External => "external",
        _ => "unknown",
    };

    private static string ActionOf(KeyChangeAction action) => action switch
    {
        KeyChangeAction.KeyChangeRotate => "rotate",
        KeyChangeAction.KeyChangeDisable => "disable",
        KeyChangeAction.KeyChangeEnable => "enable",
        KeyChangeAction.KeyChangeDestroy => "destroy",
        KeyChangeAction.KeyChangeRaiseMinimum => "raise-minimum",
        KeyChangeAction.KeyChangeDestroyVersions => "destroy-versions",
        KeyChangeAction.KeyChangeUseKeyService => "use-key-service",
        KeyChangeAction.KeyChangeUseImported => "use-imported",
        KeyChangeAction.KeyChangeUseVault => "use-vault",
        _ => "unknown",
    };
}
