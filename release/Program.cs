using Rivet.Release;

return await ReleaseCommand.Create().Parse(args).InvokeAsync();
